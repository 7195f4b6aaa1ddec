import type { Account } from "./accountSetup";
import type { Controls } from "./controls";
import type { Store } from "./store";
import type { WorkRequests } from "./workRequests";

/** What every handler works with. */
export interface Cloud {
  store: Store;
  account: Account;
  work: WorkRequests;
  controls: Controls;
  /** `.local`, absolute. */
  stateDir: string;
  /** Set when the server listens: `127.0.0.1:12100`. */
  host: string;
  /** The registry behind the Artifacts and Functions services; absent when the cloud runs by itself. */
  registry?: Registry;
  /** What `reset` empties besides the store. */
  onReset: (() => Promise<void> | void)[];
}

/** What the services need to know about the container registry. */
export interface Registry {
  /** The digest (`sha256:…`) that an image reference `host/namespace/path[:tag][@digest]` names now, if it exists. */
  resolveImageDigest(image: string): Promise<string | undefined>;
}
