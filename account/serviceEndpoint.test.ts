import { serviceEndpoint } from ".";

const functions = { service: "functions", client: "oci_functions.FunctionsManagementClient" };

test.each([
  ["sa-saopaulo-1", "oc1", "https://functions.sa-saopaulo-1.oci.oraclecloud.com"],
  ["iad", "oc1", "https://functions.us-ashburn-1.oci.oraclecloud.com"],
  ["uk-gov-london-1", "oc4", "https://functions.uk-gov-london-1.oci.oraclegovcloud.uk"],
  ["zz-unheard-of-1", "oc19", "https://functions.zz-unheard-of-1.oci.oraclecloud.eu"],
])("region %s of realm %s", async (region, realm, endpoint) => {
  await expect(serviceEndpoint({ ...functions, region, realm }, {})).resolves.toBe(endpoint);
});

test("Object Storage has names of its own", async () => {
  const place = { service: "objectstorage", client: "oci_object_storage.ObjectStorageClient" };
  await expect(serviceEndpoint({ ...place, region: "sa-saopaulo-1", realm: "oc1" }, {})).resolves.toBe(
    "https://objectstorage.sa-saopaulo-1.oraclecloud.com",
  );
});

test("CLIENT_HOST_OVERRIDES wins over OCI_CLI_ENDPOINT, for its own client alone", async () => {
  const environment = {
    CLIENT_HOST_OVERRIDES: "oci_functions.FunctionsManagementClient=http://127.0.0.1:1/",
    OCI_CLI_ENDPOINT: "http://127.0.0.1:2",
  };
  const place = { region: "r", realm: "oc1" };
  await expect(serviceEndpoint({ ...functions, ...place }, environment)).resolves.toBe("http://127.0.0.1:1");
  const identity = { service: "identity", client: "oci_identity.IdentityClient", ...place };
  await expect(serviceEndpoint(identity, environment)).resolves.toBe("http://127.0.0.1:2");
});
