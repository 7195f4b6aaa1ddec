// How Node loads this program (Pulumi.yaml's nodeargs): TypeScript through sucrase, which only takes the types off, some
// big modules of the Pulumi SDK not before they are used, and its source maps not at all. docs/decisions/0001-program-loader.md
// has the measurements.
const Module = require("node:module");
require("sucrase/register/ts");

// With a killed engine nobody is left to read what the program prints. The SDK reports a failed write as an error of the
// program, by another write, and so on without end.
for (const output of [process.stdout, process.stderr]) {
  output.on("error", ({ code }) => code === "EPIPE" && process.exit(1));
}

/** What only the serialisation of functions and the automation API need, and this program uses neither: module → who asks for it. */
const deferred = new Map([
  ["./automation", /[\\/]@pulumi[\\/]pulumi[\\/]index\.js$/],
  ["typescript", /[\\/]@pulumi[\\/]pulumi[\\/]typescript-shim\.js$/],
  ["@npmcli/arborist", /[\\/]@pulumi[\\/]pulumi[\\/]runtime[\\/]closure[\\/]codePaths\.js$/],
]);

const load = Module._load;
Module._load = function (request, parent, isMain) {
  // The SDK's maps name files like node_modules/@pulumi/resource.ts, over which Node 20's coloured `util.inspect` of an
  // error loops for half a minute. Our own lines need no map: sucrase keeps them.
  if (request === "source-map-support/register") return {};
  if (!deferred.get(request)?.test(parent?.filename ?? "")) return load.call(this, request, parent, isMain);
  const loaded = () => load.call(this, request, parent, isMain);
  return new Proxy(
    {},
    {
      // The compiled SDK asks for this one at once.
      get: (_target, name) => (name === "__esModule" ? true : loaded()[name]),
      has: (_target, name) => name in loaded(),
      ownKeys: () => Reflect.ownKeys(loaded()),
      getOwnPropertyDescriptor: (_target, name) => ({
        ...Object.getOwnPropertyDescriptor(loaded(), name),
        configurable: true,
      }),
    },
  );
};
