import { EcrError, withEcr } from "./client";

export interface EcrLogin {
  /** The account's registry in the region: `<account>.dkr.ecr.<region>.amazonaws.com`. */
  host: string;
  username: string;
  /** Valid for 12 hours. */
  password: string;
}

/**
 * Gets an authorization token for the account's registry in a region.
 * @throws EcrError
 */
export function ecrLogin(region: string): Promise<EcrLogin> {
  return withEcr(region, async (client, { GetAuthorizationTokenCommand }) => {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const [{ authorizationToken = "", proxyEndpoint = "" } = {}] = authorizationData ?? [];
    const [, username, password] =
      /^([^:]+):(.+)$/s.exec(Buffer.from(authorizationToken, "base64").toString()) ?? [];
    if (username === undefined || password === undefined || proxyEndpoint === "") {
      throw new EcrError(`ECR in region ${region} answered without a token; run the update again.`);
    }
    return { host: proxyEndpoint.replace(/^https?:\/\//, ""), username, password };
  });
}
