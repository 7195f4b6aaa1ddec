export interface Config {
  region: string;
  compartmentId: string;
  namespace: string;
  bucket: string;
  tables: { images: string; users: string; authSession: string };
  logId: string;
  keys: { session: string; csrf: string; authCookie: string };
  /** Where Object Storage answers; the region's own address when unset. */
  objectStorageEndpoint?: string;
}

/** What FotoGal can serve: everything, or health alone and the reasons why. */
export type Configuration =
  { config: Config; problems?: undefined } | { config?: undefined; problems: string[] };

const KEYS = ["SESSION_KEY", "CSRF_KEY", "AUTH_COOKIE_KEY"] as const;
const MINIMUM_KEY_LENGTH = 32;

/** Reads the configuration from the environment and reports everything wrong with it at once. */
export function readConfiguration(env: NodeJS.ProcessEnv): Configuration {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = env[name]?.trim();
    if (value) return value;
    problems.push(`${name} is not set`);
    return "";
  };
  const config: Config = {
    region: required("FOTOGAL_REGION"),
    compartmentId: required("FOTOGAL_COMPARTMENT_ID"),
    namespace: required("FOTOGAL_NAMESPACE"),
    bucket: required("FOTOGAL_BUCKET"),
    tables: {
      images: required("FOTOGAL_TABLE_IMAGES"),
      users: required("FOTOGAL_TABLE_USERS"),
      authSession: required("FOTOGAL_TABLE_AUTHSESSION"),
    },
    logId: required("FOTOGAL_LOG_ID"),
    keys: { session: required(KEYS[0]), csrf: required(KEYS[1]), authCookie: required(KEYS[2]) },
    objectStorageEndpoint: env.FOTOGAL_OBJECT_STORAGE_ENDPOINT?.trim() || undefined,
  };
  problems.push(...keyProblems(env));
  return problems.length > 0 ? { problems } : { config };
}

/** Says what is wrong with the keys without ever showing one. */
function keyProblems(env: NodeJS.ProcessEnv): string[] {
  const set = KEYS.filter((name) => env[name]?.trim());
  const problems = set
    .filter((name) => (env[name] ?? "").trim().length < MINIMUM_KEY_LENGTH)
    .map((name) => `${name} is shorter than ${MINIMUM_KEY_LENGTH} characters`);
  if (new Set(set.map((name) => env[name]?.trim())).size < set.length) {
    problems.push(`${KEYS.join(", ")} are not all different`);
  }
  return problems;
}
