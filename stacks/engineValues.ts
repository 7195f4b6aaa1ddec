/** How the engine marks values, in a plugin's messages and in what the CLI prints. */

/** In a marked object: its kind. */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
/** The kind of a secret. */
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
/** In the place of a text that only an update will tell, and of any value whose type is not known. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
