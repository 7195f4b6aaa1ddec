/** Unit tests sit beside the code they test; integration tests (real engine, Docker, registry) in tests/. */
const shared = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": "@sucrase/jest-plugin" },
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/.local"],
};

module.exports = {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/"],
    },
    {
      ...shared,
      displayName: "integration",
      testMatch: ["<rootDir>/tests/**/*.test.ts"],
    },
  ],
};
