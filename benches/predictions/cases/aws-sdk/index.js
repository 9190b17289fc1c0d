// Where a report may be read for an hour, by version 2 of the SDK. Nothing leaves the machine.
const AWS = require('aws-sdk');

function place(key) {
  const s3 = new AWS.S3({ region: 'eu-central-1', accessKeyId: 'none', secretAccessKey: 'none', signatureVersion: 'v4' });
  return s3.getSignedUrl('getObject', { Bucket: 'reports', Key: key, Expires: 3600 });
}

exports.handler = async () => ({ statusCode: 200, body: place('prices.json') });
