"""Turns a page of Markdown into HTML."""

import markdown

PAGE = """# Prices

| Day | Mean |
|-----|-----:|
| 1   |  102 |

See *the source*[^1].

[^1]: A service.
"""


def page(text):
    return markdown.markdown(text, extensions=["tables", "footnotes", "toc"])


def lambda_handler(event, context):
    return {"statusCode": 200, "body": page(event.get("text", PAGE))}
