/** A service's refusal, as one sentence with what Oracle's support asks for. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly serviceMessage: string,
    where: { doing: string; service: string; request: string; requestId: string | undefined },
  ) {
    const reason = serviceMessage.replace(/\.$/, "");
    super(
      `${where.doing}: ${where.service} answered ${status} ${code}: ${reason} ` +
        `(${where.request}, opc-request-id ${where.requestId ?? "none"})`,
    );
  }
}
