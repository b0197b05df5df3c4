// Writes contracts/artifacts/AnchorLog.json, or checks that the source compiles to exactly it.
//
// usage: node scripts/artifact.js write | check

import { readFile, writeFile } from "node:fs/promises";

import solc from "solc";

import { settings } from "./compiler.js";

const NAME = "AnchorLog";
const CONTRACTS = new URL("../../contracts/", import.meta.url);
const COMMITTED = new URL(`artifacts/${NAME}.json`, CONTRACTS);

/** The artifact's text, a function of the source, the settings and the compiler alone. */
export async function compiled() {
  const content = await readFile(new URL(`${NAME}.sol`, CONTRACTS), "utf8");
  const outputSelection = {
    "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
  };
  const input = {
    language: "Solidity",
    sources: { [`${NAME}.sol`]: { content } },
    settings: { ...settings, outputSelection },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const messages = output.errors ?? [];
  if (messages.length > 0) throw new Error(messages.map((m) => m.formattedMessage).join("\n"));
  const { abi, evm } = output.contracts[`${NAME}.sol`][NAME];
  const artifact = {
    contractName: NAME,
    compiler: { version: solc.version(), settings },
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
  };
  return `${JSON.stringify(artifact, null, 1)}\n`;
}

async function main(action) {
  const text = await compiled();
  if (action === "write") return writeFile(COMMITTED, text);
  if (action !== "check") throw new Error(`say write or check, not ${action}`);
  const committed = await readFile(COMMITTED, "utf8");
  if (committed !== text) throw new Error(`${NAME}.sol does not compile to ${COMMITTED.pathname}`);
  console.log(`${NAME}.json is what ${solc.version()} makes of ${NAME}.sol`);
}

if (import.meta.filename === process.argv[1]) {
  main(process.argv[2]).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
