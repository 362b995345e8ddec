// Peers on command: POST http://127.0.0.1:PORT/open opens one, POST /NUMBER/COMMAND tells it what to do; POST
// /signing/COMMAND signs or checks something without any peer.
//
// Prints its port on one line and then serves until its standard input ends, so that it never outlives the tests.

import "./loopback.mjs";
import { createServer } from "node:http";
import { Peer } from "./peer.mjs";
import { signing } from "./signing.mjs";

const peers = [];

async function obey(path, wanted) {
  if (path === "/open") {
    const peer = await Peer.open(wanted);
    peers.push(peer);
    return { number: peers.length - 1, origin: peer.origin };
  }
  const [, whose, command] = path.split("/");
  const obeying = whose === "signing" ? signing : peers[whose];
  return (await obeying[command](wanted)) ?? null;
}

const control = createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  let answer;
  try {
    answer = { done: await obey(incoming.url, JSON.parse(Buffer.concat(chunks))) };
  } catch (error) {
    answer = { failed: `${error.name}: ${error.message}`, stack: error.stack };
  }
  outgoing.writeHead(200, { "content-type": "application/json" });
  outgoing.end(JSON.stringify(answer));
});

control.listen(0, "127.0.0.1", () => console.log(control.address().port));
process.stdin.resume().on("end", () => process.exit(0));
