import { readExtractedSource } from "./extractedSource";

const file = (path: string) => ({ path, size: 7, sha256: "c".repeat(64), mode: "0644" });

it("leaves a source without secrets as it is", () => {
  const document = { files: [file("func.py")], text: { "func.py": "pass" }, archive: "eA==" };
  expect(readExtractedSource(JSON.stringify({ ...document, layers: [], warnings: ["a link"] }))).toEqual({
    ...document,
    suspects: [],
    secretText: {},
    warnings: ["a link"],
  });
});

it("puts what looks like a secret apart, and leaves no hash to guess it by", () => {
  const files = [file(".env"), file("func.py"), file("wallet.p12")];
  const text = { ".env": "PIN=1234", "func.py": "pass" };
  const document = { files, text, archive: "eA==", warnings: [] };
  expect(readExtractedSource(JSON.stringify(document))).toEqual({
    archive: "eA==",
    files: [{ ...file(".env"), sha256: "" }, file("func.py"), { ...file("wallet.p12"), sha256: "" }],
    text: { "func.py": "pass" },
    suspects: [".env", "wallet.p12"],
    secretText: { ".env": "PIN=1234" },
    warnings: [],
  });
});

it("quotes nothing of what it cannot read", () => {
  expect(readExtractedSource("PIN=1234")).toBeUndefined();
});
