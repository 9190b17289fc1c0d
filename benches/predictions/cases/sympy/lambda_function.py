"""Solves an equation that comes as text."""

import sympy


def roots(text):
    x = sympy.Symbol("x")
    return [str(root) for root in sympy.solve(sympy.sympify(text), x)]


def lambda_handler(event, context):
    return {"statusCode": 200, "roots": roots(event.get("equation", "x**2 - 5*x + 6"))}
