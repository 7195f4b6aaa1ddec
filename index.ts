import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { ApplicationAccess } from "./components/applicationAccess";
import { AppImage } from "./components/appImage";
import { AppLogGroup } from "./components/appLogGroup";
import { ApplicationSources } from "./components/applicationSources";
import { Compartment } from "./components/compartment";
import { ContainerRepositories } from "./components/containerRepositories";
import { FunctionSource } from "./components/functionSource";
import { ImageEvidence } from "./components/imageEvidence";
import { ImageBucket } from "./components/imageBucket";
import { NoSqlTables } from "./components/noSqlTables";
import { keepAsFound } from "./components/keepAsFound";
import { OcirRegistry } from "./components/ocirRegistry";
import { RegistryCredentials } from "./components/registryCredentials";
import { loadSettings } from "./configuration";
import { type DeployedFunction, findFunctions } from "./deployedFunctions";
import { type BuildPlan, planBuilds } from "./images/buildPlan";
import { checkoutRevision } from "./images/sourceRevision";
import { answerOf } from "./lookup";
import { makeMotando, motandoSchemas } from "./motando";
import { lookUpTenancy } from "./tenancy";

export = async () => {
  const settings = loadSettings();
  keepAsFound(settings.keepAsFound);
  const motandoTables = motandoSchemas(settings);
  const schemas = {
    ddlFolder: "app/fotogal/tables",
    tables: {
      fotogal_ntable_images: { indexes: { user_id_idx: ["user_id"], created_ts_idx: ["created_ts"] } },
      fotogal_ntable_users: {},
      fotogal_ntable_authsession: { indexes: { user_id_idx: ["user_id"] } },
    },
    dropColumns: Object.fromEntries(
      Object.entries(settings.dropColumns).filter(([table]) => !(table in (motandoTables?.tables ?? {}))),
    ),
    capacity: settings.tableCapacity,
  };
  NoSqlTables.check("fotogal", schemas);
  if (motandoTables) NoSqlTables.check("motando", motandoTables);
  const { versions, baseImages, maximumContextBytes } = settings;
  const buildOf = (version: string, context: string, target: string) => ({
    context,
    version,
    target,
    baseImages,
    source: settings.sourceUrl,
    maximumContextBytes,
  });
  const ofMotando = {
    "motando-webapp": buildOf(versions["motando-webapp"], "app/motando/webapp", "base"),
    "dramatiq-classifiedad": buildOf(versions["dramatiq-classifiedad"], "app/motando/worker", "base"),
  };
  const ofAll = {
    fotogal: buildOf(versions.fotogal, "app/fotogal", "runtime"),
    ...(settings.motando ? ofMotando : {}),
  };
  const planning = planBuilds<string>(settings.publishImages ? ofAll : {});
  const [builds, tenancy] = await Promise.all([answerOf(planning), lookUpTenancy()]);
  const { common, nameSuffix, immutableTags, vulnerabilityScanning, scanningPolicy } = settings;
  const { tenancyId, region, registryHost, namespace, homeRegion } = tenancy;

  // What may be refused outside the stack comes before anything is made.
  const { functionSource } = settings;
  const there = tenancy.inRegion(functionSource?.region, "functionSource.region");
  const functions =
    functionSource && (await findFunctions({ ...functionSource, ...tenancy, ...there }, there));
  const credentials = await RegistryCredentials.create("registry", { ...tenancy, ...settings.registryLogin });

  const compartment = (app: string, description: string) => {
    const names = { compartmentName: `cmp-${app}${nameSuffix}`, description };
    const parentId = settings.parentCompartmentId ?? tenancyId;
    return new Compartment(app, { ...names, parentId, ...common }, { provider: homeRegion }).compartmentId;
  };
  const fotogal = settings.fotogalCompartmentId ?? compartment("fotogal", "Recursos da aplicação FotoGal");
  const motandoId = settings.motando
    ? (settings.motandoCompartmentId ?? compartment("motando", "Recursos da aplicação Motando"))
    : undefined;

  const inFotogal = { compartmentId: fotogal, ...common };
  const bucket = { namespace, bucketName: `fotogal_bucket_images${nameSuffix}`, ...inFotogal };
  const { bucketName } = new ImageBucket("fotogal-images", bucket);
  const { tableIds } = new NoSqlTables("fotogal", { ...schemas, ...inFotogal });
  const { logGroupId, logId } = new AppLogGroup("fotogal", {
    groupName: "fotogal_loggroup",
    logName: "fotogal_customlog_app",
    retentionDays: settings.logRetentionDays,
    ...inFotogal,
  });

  const scanning = { vulnerabilityScanning, scanningPolicy, homeRegion };
  const registry = { registryHost, namespace, immutableTags, ...scanning, ...common };
  const prefix = settings.repositoryPrefix === undefined ? "" : `${settings.repositoryPrefix}/`;
  const fotogalRepositories = new ContainerRepositories("fotogal", {
    repositories: { fotogal: `${prefix}fotogal${nameSuffix}` },
    readmes: { fotogal: readFileSync("app/fotogal/README.md", "utf8") },
    compartmentId: settings.fotogalRepositoryCompartmentId ?? fotogal,
    ...registry,
  });
  const access = settings.accessPolicies
    ? { tenancyId, vulnerabilityScanning, freeformTags: common.freeformTags }
    : undefined;
  const motando =
    motandoId === undefined ? undefined : makeMotando(motandoId, { settings, tenancy, registry, access });
  const fotogalAccess =
    access &&
    new ApplicationAccess(
      "fotogal",
      {
        ...access,
        compartmentId: fotogal,
        prefix: `fotogal${nameSuffix}`,
        tables: Object.keys(tableIds),
        buckets: [bucketName],
        logGroupId,
      },
      { provider: homeRegion },
    );
  const repositories: Record<string, pulumi.Output<string>> = {
    ...fotogalRepositories.paths,
    ...motando?.paths,
  };
  const ocir = new OcirRegistry(credentials, repositories);

  const { sbom, imageSigning: signing, imageGate: gate, movingTags } = settings;
  const imageReports: Record<string, object> = {};
  const image = (name: string, build: BuildPlan) => {
    const { credentials } = ocir;
    const { account } = tenancy;
    const pushing = { repository: ocir.repository(name), credentials, account };
    const { published, movedTags, scan } = new AppImage(name, {
      ...pushing,
      build,
      gate,
      movingTags,
      immutableTags,
    });
    const { bill, signed } = new ImageEvidence(name, {
      uri: published.uri,
      imageName: name,
      version: build.version,
      ...(sbom && { lockfile: `${build.context}/package-lock.json` }),
      signing,
      credentials,
      account,
    });
    imageReports[name] = { scan, bill, signed, movedTags };
    return published;
  };
  const images = Object.fromEntries(
    Object.entries(builds).map(([name, build]) => [name, image(name, build)]),
  );

  const recover = (deployed: readonly DeployedFunction[]) => {
    const reading = { ...functionSource, account: tenancy.account, credentials };
    const [only] = deployed;
    return typeof functionSource?.function === "string" && only !== undefined
      ? { functionSource: new FunctionSource("deployed-function", { ...reading, deployed: only }).source }
      : { functionSources: new ApplicationSources("deployed", { ...reading, functions: deployed }).sources };
  };
  const recovered = functions && recover(functions);

  const revision = await checkoutRevision(".");
  return {
    ...(revision !== undefined && { revision }),
    compartmentId: fotogal,
    compartments: {
      [`cmp-fotogal${nameSuffix}`]: fotogal,
      ...(motandoId && { [`cmp-motando${nameSuffix}`]: motandoId }),
    },
    namespace,
    registryHost,
    repositories,
    bucketName,
    tables: { ...tableIds, ...motando?.tableIds },
    logGroupId,
    logId,
    ...(motando?.buckets && { motandoBuckets: motando.buckets }),
    ...(fotogalAccess && {
      accessGroups: groupsOf({ fotogal: fotogalAccess, ...(motando?.access && { motando: motando.access }) }),
    }),
    ...(settings.publishImages && { images, imageReports }),
    ...recovered,
    appConfig: pulumi.secret({
      FOTOGAL_REGION: region,
      FOTOGAL_COMPARTMENT_ID: fotogal,
      FOTOGAL_NAMESPACE: namespace,
      FOTOGAL_BUCKET: bucketName,
      FOTOGAL_TABLE_IMAGES: "fotogal_ntable_images",
      FOTOGAL_TABLE_USERS: "fotogal_ntable_users",
      FOTOGAL_TABLE_AUTHSESSION: "fotogal_ntable_authsession",
      FOTOGAL_LOG_ID: logId,
      ...settings.fotogalKeys,
    }),
  };
};

/** Application → names of its groups. */
function groupsOf(accesses: Record<string, ApplicationAccess>) {
  return Object.fromEntries(
    Object.entries(accesses).map(([app, { group, dynamicGroup }]) => [app, { group, dynamicGroup }]),
  );
}
