/** The stack that runs on the local cloud. */
export const LOCAL_STACK = "local";
