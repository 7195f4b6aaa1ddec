import type { RegionSubscription } from "../accountSetup";

const TABLE = `
LEJ af-casablanca-1
JNB af-johannesburg-1
HSG ap-batam-1
YNY ap-chuncheon-1
ONM ap-delhi-1
HYD ap-hyderabad-1
JBP ap-kulai-2
MEL ap-melbourne-1
BOM ap-mumbai-1
KIX ap-osaka-1
ICN ap-seoul-1
SIN ap-singapore-1
XSP ap-singapore-2
SYD ap-sydney-1
NRT ap-tokyo-1
YUL ca-montreal-1
YYZ ca-toronto-1
AMS eu-amsterdam-1
FRA eu-frankfurt-1
MAD eu-madrid-1
ORF eu-madrid-3
MRS eu-marseille-1
LIN eu-milan-1
CDG eu-paris-1
ARN eu-stockholm-1
NRQ eu-turin-1
ZRH eu-zurich-1
MTZ il-jerusalem-1
AUH me-abudhabi-1
DXB me-dubai-1
JED me-jeddah-1
RUH me-riyadh-1
MTY mx-monterrey-1
QRO mx-queretaro-1
BOG sa-bogota-1
SCL sa-santiago-1
GRU sa-saopaulo-1
VAP sa-valparaiso-1
VCP sa-vinhedo-1
CWL uk-cardiff-1
LHR uk-london-1
IAD us-ashburn-1
ORD us-chicago-1
PHX us-phoenix-1
AGA us-saltlake-2
SJC us-sanjose-1
`;

/** The commercial realm's regions. */
export const REGIONS: RegionSubscription[] = TABLE.trim()
  .split("\n")
  .map((line) => {
    const [key = "", name = ""] = line.split(" ");
    return { key, name };
  });
