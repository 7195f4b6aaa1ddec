// Pulumi's runner of policy packs has registered ts-node, which type-checks at every start: this pack is loaded as the program is.
delete require.extensions[".ts"];
require("../loader.cjs");
require("./pack.ts");
