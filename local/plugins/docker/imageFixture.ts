import type { Message } from "google-protobuf";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type StandInEngine, startStandInEngine } from "../../docker/standInEngine";
import { EngineLink } from "../shared/engineLink";
import { handlers } from "../shared/protocol";
import { decode, encode, type Properties } from "../shared/values";
import { dockerPlugin } from "./plugin";

/** What Pulumi's engine does with a resource that is there. */
export type Plan = "none" | "update" | "replace";

export interface ImageState {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

const urn = "urn:pulumi:dev::project::docker:index/image:Image::app";

/** The plugin behind its protocol, with a build context and an engine that only answers. Test support. */
export class ImageFixture {
  static readonly imageId = `sha256:${"1".repeat(64)}`;
  static readonly digest = `sha256:${"d".repeat(64)}`;

  /** The warnings shown under the resource. */
  readonly warnings: string[] = [];
  readonly context: string;
  readonly #served;

  private constructor(
    readonly folder: string,
    readonly engine: StandInEngine,
  ) {
    this.context = path.join(folder, "app");
    const link = new EngineLink(undefined);
    const silent = () => undefined;
    link.logFor = () => ({ status: silent, info: silent, warn: (line) => this.warnings.push(line) });
    this.#served = handlers(dockerPlugin, link);
  }

  static async start(): Promise<ImageFixture> {
    const folder = mkdtempSync(path.join(tmpdir(), "image-"));
    const engine = await startStandInEngine();
    const fixture = new ImageFixture(folder, engine);
    fixture.write("app/Dockerfile", "FROM scratch\nCOPY . /\n");
    fixture.write("app/.dockerignore", "*.log\n");
    fixture.write("app/main.txt", "one");
    engine.answers["/build"] = { lines: [{ stream: "Step 1/2 : FROM scratch" }] };
    engine.answers["/images/gru.ocir.io/ns/app/push"] = { lines: [{ aux: { Digest: ImageFixture.digest } }] };
    engine.answers["/images/"] = { lines: [{ Id: ImageFixture.imageId }] };
    const args = encode({ host: engine.host });
    await fixture.#call("configure", new proto.ConfigureRequest().setArgs(args));
    return fixture;
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    rmSync(this.folder, { recursive: true });
  }

  write(file: string, content: string): void {
    const full = path.join(this.folder, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, content, { mode: 0o644 });
  }

  /** How often the engine was asked to build and to push since it was last asked. */
  work(): { builds: number; pushes: number } {
    const paths = this.engine.seen.splice(0).map(({ url = "" }) => url);
    const [builds, pushes] = [/^\/build\?.*version=1/, /\/push\?/].map(
      (kind) => paths.filter((each) => kind.test(each)).length,
    );
    return { builds: builds ?? 0, pushes: pushes ?? 0 };
  }

  /** @throws Error with all reasons */
  async check(news: Properties): Promise<Properties> {
    const request = new proto.CheckRequest().setUrn(urn).setNews(encode(news));
    const response = (await this.#call("check", request)) as proto.CheckResponse;
    const failures = response.getFailuresList().map((failure) => failure.getReason());
    if (failures.length > 0) throw new Error(failures.join("; "));
    return decode(response.getInputs());
  }

  async create(news: Properties, preview = false): Promise<ImageState> {
    const inputs = await this.check(news);
    const request = new proto.CreateRequest().setUrn(urn).setProperties(encode(inputs)).setPreview(preview);
    const response = (await this.#call("create", request)) as proto.CreateResponse;
    return { id: response.getId(), inputs, outputs: decode(response.getProperties()) };
  }

  async plan(state: ImageState, news: Properties): Promise<Plan> {
    const request = new proto.DiffRequest()
      .setUrn(urn)
      .setId(state.id)
      .setOldInputs(encode(state.inputs))
      .setOlds(encode(state.outputs))
      .setNews(encode(await this.check(news)));
    const response = (await this.#call("diff", request)) as proto.DiffResponse;
    if (response.getReplacesList().length > 0) return "replace";
    return response.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME ? "update" : "none";
  }

  async update(state: ImageState, news: Properties, preview = false): Promise<Properties> {
    const request = new proto.UpdateRequest()
      .setUrn(urn)
      .setId(state.id)
      .setOldInputs(encode(state.inputs))
      .setOlds(encode(state.outputs))
      .setNews(encode(await this.check(news)))
      .setPreview(preview);
    return decode(((await this.#call("update", request)) as proto.UpdateResponse).getProperties());
  }

  async read({ id, inputs, outputs }: ImageState): Promise<ImageState> {
    const request = new proto.ReadRequest().setUrn(urn).setId(id);
    request.setInputs(encode(inputs)).setProperties(encode(outputs));
    const response = (await this.#call("read", request)) as proto.ReadResponse;
    return {
      id: response.getId(),
      inputs: decode(response.getInputs()),
      outputs: decode(response.getProperties()),
    };
  }

  async delete({ id, outputs }: ImageState): Promise<void> {
    const request = new proto.DeleteRequest().setUrn(urn).setId(id).setProperties(encode(outputs));
    await this.#call("delete", request);
  }

  async #call(method: string, request: Message) {
    return this.#served[method]?.(request);
  }
}
