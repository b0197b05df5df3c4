// The compiler settings that the committed artifact was made with, for Hardhat and the artifact.

export const settings = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: "none" },
};
