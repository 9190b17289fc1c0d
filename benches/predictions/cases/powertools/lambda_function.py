"""Takes orders from a queue, each checked by Powertools' parser (pydantic)."""

from aws_lambda_powertools.utilities.parser import parse
from aws_lambda_powertools.utilities.parser.models import SqsModel

RECORD = {
    "messageId": "1",
    "receiptHandle": "r",
    "body": "one coffee",
    "attributes": {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": "1545082649183",
        "SenderId": "a",
        "ApproximateFirstReceiveTimestamp": "1545082649185",
    },
    "messageAttributes": {},
    "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
    "eventSource": "aws:sqs",
    "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:orders",
    "awsRegion": "us-east-2",
}


def orders(event):
    return [record.body for record in parse(event=event, model=SqsModel).Records]


def lambda_handler(event, context):
    return {"statusCode": 200, "orders": orders({"Records": event.get("Records", [RECORD])})}
