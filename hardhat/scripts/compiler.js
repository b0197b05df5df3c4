// The compiler settings that the committed artifact was made with, for Hardhat and the artifact.

export const settings = {
  evmVersion: "cancun",
  viaIR: true,
  optimizer: { enabled: true, runs: 1_000_000 },
  metadata: { bytecodeHash: "none" },
};
