"""How kind a text is."""

from textblob import TextBlob

TEXT = "The new report is wonderful, and the old one was not bad."


def kindness(text):
    mood = TextBlob(text).sentiment
    return {"polarity": mood.polarity, "subjectivity": mood.subjectivity}


def lambda_handler(event, context):
    return {"statusCode": 200, **kindness(event.get("text", TEXT))}
