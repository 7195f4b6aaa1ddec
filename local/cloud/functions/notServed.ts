/** The API's other operations: they answer 501. */
export const notServed = `
InvokeFunction POST /20181201/functions/{functionId}/actions/invoke
GetPbfListing GET /20181201/pbfListings/{pbfListingId}
GetPbfListingVersion GET /20181201/pbfListingVersions/{pbfListingVersionId}
ListPbfListingVersions GET /20181201/pbfListingVersions
ListPbfListings GET /20181201/pbfListings
ListTriggers GET /20181201/pbfListings/triggers
`;
