import * as pulumi from "@pulumi/pulumi";
import { AppImage } from "./components/appImage";
import { AppLogGroup } from "./components/appLogGroup";
import { Compartment } from "./components/compartment";
import { ContainerRepositories } from "./components/containerRepositories";
import { FunctionSource } from "./components/functionSource";
import { ImageBucket } from "./components/imageBucket";
import { NoSqlTables } from "./components/noSqlTables";
import { RegistryCredentials } from "./components/registryCredentials";
import { loadSettings } from "./config";
import { lookUpTenancy } from "./tenancy";

export = async () => {
  const settings = loadSettings();
  const { tenancyId, region, registryHost, namespace, homeRegion, account } = await lookUpTenancy();
  const { common, versions, nameSuffix, immutableTags, vulnerabilityScanning } = settings;

  // What may be refused outside the stack comes before anything is made.
  const { registryCredentials: mode, registryUsername: username, registryPassword: password } = settings;
  const login = { registryHost, namespace, mode, username, password, account, homeRegion };
  const credentials = await RegistryCredentials.create("registry", login);
  const { functionSource } = settings;
  const recovered =
    functionSource &&
    (await FunctionSource.create("deployed-function", { ...functionSource, tenancyId, credentials }));

  const compartment = (app: string, description: string) => {
    const names = { compartmentName: `cmp-${app}${nameSuffix}`, description };
    const place = { parentId: settings.parentCompartmentId ?? tenancyId, enableDelete: !settings.protect };
    return new Compartment(app, { ...names, ...place, ...common }, { provider: homeRegion }).compartmentId;
  };
  const fotogal = settings.fotogalCompartmentId ?? compartment("fotogal", "Recursos da aplicação FotoGal");
  const motando = settings.motandoCompartmentId ?? compartment("motando", "Recursos da aplicação Motando");

  const inFotogal = { compartmentId: fotogal, ...common };
  const bucket = { namespace, bucketName: `fotogal_bucket_images${nameSuffix}` };
  const { bucketName } = new ImageBucket("fotogal-images", { ...bucket, ...inFotogal });
  const { tableIds } = new NoSqlTables("fotogal", {
    ddlFolder: "app/fotogal/tables",
    tables: {
      fotogal_ntable_images: { indexes: { user_id_idx: ["user_id"], created_ts_idx: ["created_ts"] } },
      fotogal_ntable_users: {},
      fotogal_ntable_authsession: { indexes: { user_id_idx: ["user_id"] } },
    },
    capacity: settings.tableCapacity,
    ...inFotogal,
  });
  const logs = { groupName: "fotogal_loggroup", logName: "fotogal_customlog_app" };
  const retention = { retentionDays: settings.logRetentionDays };
  const { logGroupId, logId } = new AppLogGroup("fotogal", { ...logs, ...retention, ...inFotogal });

  const registry = { registryHost, namespace, immutableTags, vulnerabilityScanning, ...common };
  const prefix = settings.repositoryPrefix === undefined ? "" : `${settings.repositoryPrefix}/`;
  const fotogalRepositories = new ContainerRepositories("fotogal", {
    repositories: { fotogal: `${prefix}fotogal${nameSuffix}` },
    compartmentId: fotogal,
    ...registry,
  });
  const motandoRepositories = new ContainerRepositories("motando", {
    repositories: {
      "motando-webapp": `motando-webapp${nameSuffix}`,
      "dramatiq-classifiedad": `dramatiq-classifiedad${nameSuffix}`,
    },
    compartmentId: motando,
    ...registry,
  });
  const repositories = { ...fotogalRepositories.paths, ...motandoRepositories.paths };

  const image = (name: keyof typeof repositories, context: string, target: string) => {
    const source = { context, target, buildArgs: settings.baseImages, version: versions[name] };
    return new AppImage(name, { ...source, repository: repositories[name], credentials }).published;
  };
  const images = {
    fotogal: image("fotogal", "app/fotogal", "runtime"),
    "motando-webapp": image("motando-webapp", "app/motando/webapp", "base"),
    "dramatiq-classifiedad": image("dramatiq-classifiedad", "app/motando/worker", "base"),
  };

  const appConfig = {
    FOTOGAL_REGION: region,
    FOTOGAL_COMPARTMENT_ID: fotogal,
    FOTOGAL_NAMESPACE: namespace,
    FOTOGAL_BUCKET: bucketName,
    FOTOGAL_TABLE_IMAGES: "fotogal_ntable_images",
    FOTOGAL_TABLE_USERS: "fotogal_ntable_users",
    FOTOGAL_TABLE_AUTHSESSION: "fotogal_ntable_authsession",
    FOTOGAL_LOG_ID: logId,
    SESSION_KEY: settings.fotogalSessionKey,
    CSRF_KEY: settings.fotogalCsrfKey,
    AUTH_COOKIE_KEY: settings.fotogalAuthCookieKey,
  };
  return {
    compartmentId: fotogal,
    compartments: { "cmp-fotogal": fotogal, "cmp-motando": motando },
    namespace,
    registryHost,
    repositories,
    bucketName,
    tables: tableIds,
    logGroupId,
    logId,
    images,
    ...(recovered && { functionSource: recovered.source }),
    appConfig: pulumi.secret(appConfig),
  };
};
