/** The API's other operations: they answer 501. */
export const notServed = `
CreateReplica POST /20190828/tables/{tableNameOrId}/replicas
DeleteReplica DELETE /20190828/tables/{tableNameOrId}/replicas/{region}
DeleteRow DELETE /20190828/tables/{tableNameOrId}/rows
DeleteWorkRequest DELETE /20190828/workRequests/{workRequestId}
GetConfiguration GET /20190828/configuration
GetRow GET /20190828/tables/{tableNameOrId}/rows
ListTableUsage GET /20190828/tables/{tableNameOrId}/usage
PrepareStatement GET /20190828/query/prepare
Query POST /20190828/query
SummarizeStatement GET /20190828/query/summarize
UnassignKmsKey POST /20190828/configuration/actions/unassignkmskey
UpdateConfiguration PUT /20190828/configuration
UpdateRow PUT /20190828/tables/{tableNameOrId}/rows
`;
