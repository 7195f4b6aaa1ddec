import { join } from "node:path";
import { TestCloud } from "../../cloud/testCloud";
import type { Properties } from "../shared/values";
import { ociPlugin } from "./plugin";
import { request as basis } from "./resourceFixture";

/** The plugin and the local cloud together, without a fake between them. */
test("a repository's readme is made, seen as unchanged, changed in place, and kept when it is left out", async () => {
  const cloud = await TestCloud.start();
  try {
    const plugin = ociPlugin({
      CLIENT_HOST_OVERRIDES: `oci_artifacts.ArtifactsClient=${cloud.server.url}`,
      OCI_CONFIG_FILE: join(cloud.stateDir, "oci", "config"),
    });
    await plugin.configure({});
    const request = { ...basis, type: "oci:Artifacts/containerRepository:ContainerRepository" };
    const repository = { compartmentId: cloud.tenancyId, displayName: "app", isPublic: false };
    const withReadme = (content: string): Properties => ({
      ...repository,
      readme: { content, format: "TEXT_MARKDOWN" },
    });
    const first = withReadme("# App\n\nOn **OCI**: \u00e7\u00e3o.\n");
    const { id, outputs: olds } = await plugin.create({ ...request, inputs: first });
    expect(olds.readme).toEqual(first.readme);

    const read = await plugin.read({ ...request, id, inputs: first, olds });
    expect(read?.inputs).toEqual(first);
    const diff = (news: Properties) =>
      plugin.diff({ ...request, id, oldInputs: first, olds, news, ignoreChanges: [] });
    expect(await diff(first)).toMatchObject({ changes: [] });
    expect(await diff(repository)).toMatchObject({ changes: [] });

    const second = withReadme("# Another");
    expect((await diff(second)).changes).toEqual([
      { path: "readme.content", kind: "update", replace: false },
    ]);
    const updated = await plugin.update({ ...request, id, oldInputs: first, olds, inputs: second });
    expect(updated).toMatchObject({ readme: second.readme });

    const long = { ...request, id, oldInputs: second, olds, inputs: withReadme("x".repeat(8193)) };
    await expect(plugin.update(long)).rejects.toThrow("InvalidParameter");
    expect((await plugin.read({ ...request, id, inputs: second, olds }))?.inputs).toEqual(second);
  } finally {
    await cloud.close();
  }
});
