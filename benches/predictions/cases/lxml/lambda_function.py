"""Reads the titles out of a feed, and the links out of a page."""

from lxml import etree, html

FEED = b"<feed><entry><title>One</title></entry><entry><title>Two</title></entry></feed>"
PAGE = "<p>See <a href='/one'>one</a> and <a href='/two'>two</a></p>"


def titles(feed):
    return etree.fromstring(feed).xpath("//title/text()")


def links(page):
    return [link for _, _, link, _ in html.fromstring(page).iterlinks()]


def lambda_handler(event, context):
    return {"statusCode": 200, "titles": [str(title) for title in titles(FEED)], "links": links(PAGE)}
