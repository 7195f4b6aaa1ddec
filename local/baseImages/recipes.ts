/** Node's release in the stand-ins, from npm's `node-linux-*` packages, and the npm that goes with it. */
export const NODE_VERSION = "20.20.2";
export const NPM_VERSION = "10.9.9";

export type BaseImageArgument =
  "NODE_IMAGE" | "NODE_RUNTIME_IMAGE" | "FN_PYTHON_BUILD_IMAGE" | "FN_PYTHON_IMAGE";

/** What a stand-in for a public base image holds. */
export interface Recipe {
  publicImage: string;
  standIn: string;
  /** Shown while it is made. */
  contents: string;
  /** Debian packages, each by name: nothing is added for dependencies, so that an image holds what is listed here. */
  debianPackages: readonly string[];
  /** Where Node's prefix is, and whether npm comes with it. */
  node?: { prefix: string; npm: boolean };
  /** Symbolic links: path in the image → target. */
  links: Readonly<Record<string, string>>;
  account: { name: string; id: number; home: string };
  /** Dockerfile instructions, as `docker import --change` takes them. */
  instructions: readonly string[];
  /** Build stages fetch packages, perhaps through a company's proxy: they trust what the host trusts. */
  hostCertificates: boolean;
}

const certificates = "/etc/ssl/certs/ca-certificates.crt";
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const trustHost = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "npm_config_cafile", "PIP_CERT"].map(
  (variable) => `ENV ${variable}=${certificates}`,
);

const base = ["base-files", "netbase", "tzdata", "ca-certificates", "libc6", "libgcc-s1"];
const shell = [
  ...["dash", "coreutils", "libacl1", "libattr1", "libgmp10", "libselinux1", "libpcre2-8-0"],
  ...["sed", "grep", "findutils", "tar", "gzip"],
];
const python = [
  ...["python3-minimal", "python3.11", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"],
  ...["libbz2-1.0", "liblzma5", "zlib1g", "libssl3", "libffi8", "libexpat1", "libsqlite3-0", "libuuid1"],
  ...["libreadline8", "libtinfo6", "libncursesw6", "libdb5.3", "libcrypt1", "media-types"],
  ...["libnsl2", "libtirpc3", "libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libkrb5support0"],
  ...["libkeyutils1", "libcom-err2", "libstdc++6"],
];
const pip = [
  "python3-pip",
  "python3-setuptools",
  "python3-wheel",
  "python3-distutils",
  "python3-pkg-resources",
];
const pythonLinks = {
  "/usr/local/bin/python3": "/usr/bin/python3.11",
  "/usr/local/bin/python": "/usr/bin/python3.11",
};
const fn = { name: "fn", id: 1000, home: "/home/fn" };

export const RECIPES: Readonly<Record<BaseImageArgument, Recipe>> = {
  NODE_IMAGE: {
    publicImage: "node:20-bookworm-slim",
    standIn: "local.fotogal-motando/node:20-bookworm-slim",
    contents: "Node, npm and a shell",
    debianPackages: [...base, ...shell, "libstdc++6"],
    node: { prefix: "/usr/local", npm: true },
    links: {
      "/usr/local/bin/npm": "../lib/node_modules/npm/bin/npm-cli.js",
      "/usr/local/bin/npx": "../lib/node_modules/npm/bin/npx-cli.js",
    },
    account: { name: "node", id: 1000, home: "/home/node" },
    instructions: [`ENV PATH=${path}`, `ENV NODE_VERSION=${NODE_VERSION}`, ...trustHost, 'CMD ["node"]'],
    hostCertificates: true,
  },
  NODE_RUNTIME_IMAGE: {
    publicImage: "gcr.io/distroless/nodejs20-debian12:nonroot",
    standIn: "local.fotogal-motando/nodejs20-debian12:nonroot",
    contents: "Node without a shell",
    debianPackages: [...base, "libstdc++6"],
    node: { prefix: "/nodejs", npm: false },
    links: {},
    account: { name: "nonroot", id: 65532, home: "/home/nonroot" },
    instructions: [
      `ENV PATH=${path}`,
      `ENV SSL_CERT_FILE=${certificates}`,
      "USER 65532",
      "WORKDIR /home/nonroot",
      'ENTRYPOINT ["/nodejs/bin/node"]',
    ],
    hostCertificates: false,
  },
  FN_PYTHON_BUILD_IMAGE: {
    publicImage: "fnproject/python:3.11-dev",
    standIn: "local.fotogal-motando/fnproject-python:3.11-dev",
    contents: "Python 3.11, pip and a shell",
    debianPackages: [...base, ...shell, ...python, ...pip],
    links: pythonLinks,
    account: fn,
    instructions: [`ENV PATH=${path}`, "ENV LANG=C.UTF-8", ...trustHost],
    hostCertificates: true,
  },
  FN_PYTHON_IMAGE: {
    publicImage: "fnproject/python:3.11",
    standIn: "local.fotogal-motando/fnproject-python:3.11",
    contents: "Python 3.11 and a shell, no pip",
    debianPackages: [...base, ...shell, ...python],
    links: pythonLinks,
    account: fn,
    instructions: [`ENV PATH=${path}`, "ENV LANG=C.UTF-8", `ENV SSL_CERT_FILE=${certificates}`],
    hostCertificates: false,
  },
};
