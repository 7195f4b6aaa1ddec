import { type Account, loadAccount, registryToken } from "../account";
import { OcirRegistry } from "./ocirRegistry";
import { ofType, read, runMocked } from "./testing/mockStack";

jest.mock("../account");
jest.mocked(loadAccount).mockReturnValue({ userId: "ocid1.user" } as Account);
jest.mocked(registryToken).mockResolvedValue("signed.token");

it("is a login and the repositories that it is for", async () => {
  const { result, registered } = await runMocked(() =>
    OcirRegistry.create("motando", {
      compartmentId: "ocid1.compartment",
      registryHost: "gru.ocir.io",
      namespace: "ns",
      repositories: { webapp: "motando-webapp" },
      mode: "session",
    }),
  );
  expect(ofType(registered, "ContainerRepository")).toMatchObject([{ name: "motando-webapp" }]);
  expect(result.host).toBe("gru.ocir.io");
  expect(result.credentials).toMatchObject({ server: "gru.ocir.io", username: "BEARER_TOKEN" });
  expect((await read(result.repository("webapp"))).value).toBe("gru.ocir.io/ns/motando-webapp");
});
