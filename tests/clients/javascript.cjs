// What a user of the JavaScript SDK v3 does, against the endpoint of the first argument; `done` if all went well.
"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const fs = require("node:fs");
const sdk = require("@aws-sdk/client-lambda");

const [endpoint, Role, firstZip, secondZip] = process.argv.slice(2);
const client = new sdk.LambdaClient({ endpoint, region: "us-east-1" });
const FunctionName = "js-fn";
const wait = { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };

/** Sends the command of that name. */
const send = (name, input) => client.send(new sdk[`${name}Command`](input));
const text = (payload) => Buffer.from(payload).toString();
const log = (base64) => Buffer.from(base64, "base64").toString();

async function refused(name, input, error, message) {
  await assert.rejects(send(name, input), (e) => {
    assert.equal(e.name, error, e.message);
    if (sdk[error]) assert.ok(e instanceof sdk[error], `${error} is a class`);
    assert.ok(e.message.includes(message), e.message);
    assert.equal(e.$metadata.attempts, 1, "it is not tried again");
    return true;
  });
}

async function all(pages, member) {
  const found = [];
  for await (const page of pages) found.push(...page[member]);
  return found;
}

async function main() {
  const ZipFile = fs.readFileSync(firstZip);
  const layer = await send("PublishLayerVersion", { LayerName: "js-layer", Content: { ZipFile } });
  const input = { FunctionName, Runtime: "python3", Role, Handler: "lambda_function.handler", Code: { ZipFile } };
  const created = await send("CreateFunction", {
    ...input,
    Layers: [layer.LayerVersionArn],
    Tags: { team: "red" },
    Environment: { Variables: { KEY: "value" } },
  });
  assert.equal(created.State, "Pending");
  await sdk.waitUntilFunctionExists(wait, { FunctionName });
  await sdk.waitUntilFunctionActiveV2(wait, { FunctionName });
  await sdk.waitUntilFunctionActive(wait, { FunctionName });
  await refused("CreateFunction", input, "ResourceConflictException", "already exist");

  const found = await send("GetFunction", { FunctionName: created.FunctionArn });
  const fetched = Buffer.from(await (await fetch(found.Code.Location)).arrayBuffer());
  assert.ok(fetched.equals(ZipFile), "what was uploaded can be downloaded");
  const sha256 = crypto.createHash("sha256").update(ZipFile).digest("base64");
  assert.equal(found.Configuration.CodeSha256, sha256);
  assert.deepEqual(found.Tags, { team: "red" });

  const ClientContext = Buffer.from(JSON.stringify({ custom: { a: "b" } })).toString("base64");
  const answer = await send("Invoke", { FunctionName, LogType: "Tail", Payload: '{"a":"é"}', ClientContext });
  assert.deepEqual(JSON.parse(text(answer.Payload)), { event: { a: "é" }, version: "$LATEST", custom: { a: "b" } });
  assert.match(log(answer.LogResult), /REPORT RequestId: .*Init Duration/);
  const failed = await send("Invoke", { FunctionName, Payload: '{"fail":true}' });
  assert.equal(failed.FunctionError, "Unhandled");
  assert.equal((await send("Invoke", { FunctionName, InvocationType: "Event", Payload: "{}" })).StatusCode, 202);
  assert.equal((await send("Invoke", { FunctionName, InvocationType: "DryRun" })).StatusCode, 204);

  const streamed = await send("InvokeWithResponseStream", { FunctionName, LogType: "Tail", Payload: '{"b":1}' });
  let body = "";
  let end;
  for await (const event of streamed.EventStream) {
    if (event.PayloadChunk) body += text(event.PayloadChunk.Payload);
    if (event.InvokeComplete) end = event.InvokeComplete;
  }
  assert.deepEqual(JSON.parse(body).event, { b: 1 });
  assert.match(log(end.LogResult), /REPORT/);

  const updated = await send("UpdateFunctionConfiguration", { FunctionName, MemorySize: 256 });
  assert.equal(updated.LastUpdateStatus, "InProgress");
  await sdk.waitUntilFunctionUpdatedV2(wait, { FunctionName });
  const stale = { FunctionName, Timeout: 5, RevisionId: updated.RevisionId };
  await refused("UpdateFunctionConfiguration", stale, "PreconditionFailedException", "Revision Id");
  const second = { FunctionName, ZipFile: fs.readFileSync(secondZip), Publish: true };
  assert.equal((await send("UpdateFunctionCode", second)).Version, "1");
  await sdk.waitUntilFunctionUpdated(wait, { FunctionName });
  await sdk.waitUntilPublishedVersionActive(wait, { FunctionName, Qualifier: "1" });
  assert.equal((await send("GetFunctionConfiguration", { FunctionName })).MemorySize, 256);
  await send("UpdateFunctionConfiguration", { FunctionName, Timeout: 9 });
  await sdk.waitUntilFunctionUpdatedV2(wait, { FunctionName });
  assert.equal((await send("PublishVersion", { FunctionName, Description: "second" })).Version, "2");

  const live = await send("CreateAlias", { FunctionName, Name: "live", FunctionVersion: "1" });
  await send("CreateAlias", { FunctionName, Name: "next", FunctionVersion: "2" });
  await send("UpdateAlias", { FunctionName, Name: "live", FunctionVersion: "2", RevisionId: live.RevisionId });
  const version = async (named) => JSON.parse(text((await send("Invoke", { Payload: "{}", ...named })).Payload)).version;
  assert.equal(await version({ FunctionName, Qualifier: "live" }), "2");
  assert.equal(await version({ FunctionName: `${FunctionName}:1` }), "1");
  assert.equal(await version({ FunctionName: live.AliasArn }), "2");
  const paged = { client, pageSize: 1 };
  const names = (found, member) => found.map((entry) => entry[member]);
  assert.deepEqual(names(await all(sdk.paginateListAliases(paged, { FunctionName }), "Aliases"), "Name"), ["live", "next"]);
  const versions = await all(sdk.paginateListVersionsByFunction(paged, { FunctionName }), "Versions");
  assert.deepEqual(names(versions, "Version"), ["$LATEST", "1", "2"]);
  assert.deepEqual(names(await all(sdk.paginateListFunctions(paged, {}), "Functions"), "FunctionName"), [FunctionName]);
  assert.deepEqual(names(await all(sdk.paginateListLayers(paged, {}), "Layers"), "LayerName"), ["js-layer"]);
  const layers = await all(sdk.paginateListLayerVersions(paged, { LayerName: "js-layer" }), "LayerVersions");
  assert.deepEqual(names(layers, "Version"), [1]);
  await send("DeleteAlias", { FunctionName, Name: "next" });

  const Resource = created.FunctionArn;
  await send("TagResource", { Resource, Tags: { "a b": "ü/1" } });
  await send("UntagResource", { Resource, TagKeys: ["team"] });
  assert.deepEqual((await send("ListTags", { Resource })).Tags, { "a b": "ü/1" });

  const vpc = { FunctionName, VpcConfig: { SubnetIds: ["subnet-1"] } };
  await refused("UpdateFunctionConfiguration", vpc, "InvalidParameterValueException", "VpcConfig has no counterpart");
  const large = { FunctionName, Payload: JSON.stringify("x".repeat(7_000_000)) };
  await refused("Invoke", large, "RequestTooLargeException", "too large");
  await refused("Invoke", { FunctionName, Payload: "no json" }, "InvalidRequestContentException", "json");
  const source = { FunctionName, EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:q" };
  const unknown = "lambench's sandbox does not know CreateEventSourceMapping";
  await refused("CreateEventSourceMapping", source, "NotImplementedException", unknown);

  await send("DeleteFunction", { FunctionName });
  await refused("GetFunction", { FunctionName }, "ResourceNotFoundException", "Function not found");
  console.log("done");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
