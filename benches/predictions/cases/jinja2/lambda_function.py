"""Makes a page out of a template; what is safe is also asked of markupsafe, which jinja2 needs too."""

import jinja2
from markupsafe import escape

TEMPLATE = "<h1>{{ title }}</h1><ul>{% for row in rows %}<li>{{ row.day }}: {{ row.price }}</li>{% endfor %}</ul>"


def page(title, rows):
    environment = jinja2.Environment(autoescape=True)
    return environment.from_string(TEMPLATE).render(title=title, rows=rows)


def footer(name):
    return str(escape(name))


def lambda_handler(event, context):
    rows = [{"day": day, "price": 100 + day} for day in range(5)]
    return {"statusCode": 200, "body": page("Prices", rows) + footer("<lambench>")}
