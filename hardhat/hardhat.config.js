// Compiles contracts/ with the solc of package-lock.json: no compiler is downloaded.

import { createRequire } from "node:module";

import nodeTestRunner from "@nomicfoundation/hardhat-node-test-runner";
import viem from "@nomicfoundation/hardhat-viem";
import { defineConfig } from "hardhat/config";

import { settings } from "./scripts/compiler.js";

export default defineConfig({
  plugins: [viem, nodeTestRunner],
  paths: { sources: "contracts", tests: "test", cache: ".cache/cache", artifacts: ".cache/artifacts" },
  solidity: {
    version: "0.8.37",
    path: createRequire(import.meta.url).resolve("solc/soljson.js"),
    settings,
  },
  networks: { default: { type: "edr-simulated", chainType: "l1", hardfork: "cancun" } },
});
