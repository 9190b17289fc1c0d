"""A report of prices: fetched by requests, computed by numpy and pandas, kept by boto3. Nothing leaves the machine."""

import json

import boto3
import numpy as np
import pandas as pd
import requests

PRICES = [("2026-11-01", 101.5), ("2026-11-01", 103.25), ("2026-11-02", 99.75), ("2026-11-02", 100.5)]


def source(symbol):
    """The address of the prices."""
    asked = requests.Request("GET", "https://prices.invalid/v1", params={"symbol": symbol, "days": 2})
    return requests.Session().prepare_request(asked).url


def volatility(prices):
    """The spread of the logarithmic returns."""
    return float(np.std(np.diff(np.log(prices))))


def by_day(rows):
    """The mean of each day."""
    frame = pd.DataFrame(rows, columns=["day", "price"])
    return frame.groupby("day")["price"].mean().to_dict()


def place(key):
    """Where the report may be read for an hour."""
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    client = boto3.client("s3", region_name="eu-central-1", **keys)
    return client.generate_presigned_url("get_object", {"Bucket": "reports", "Key": key}, ExpiresIn=3600)


def lambda_handler(event, context):
    report = {
        "source": source(event.get("symbol", "BTC-USD")),
        "volatility": volatility([price for _, price in PRICES]),
        "by_day": by_day(PRICES),
        "place": place("prices.json"),
    }
    return {"statusCode": 200, "body": json.dumps(report)}
