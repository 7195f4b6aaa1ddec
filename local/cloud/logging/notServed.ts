/** The API's other operations: they answer 501. */
export const notServed = `
ChangeLogLogGroup POST /20200531/logGroups/{logGroupId}/logs/{logId}/actions/changeLogGroup
ChangeLogSavedSearchCompartment POST /20200531/logSavedSearches/{logSavedSearchId}/actions/changeCompartment
ChangeUnifiedAgentConfigurationCompartment POST /20200531/unifiedAgentConfigurations/{unifiedAgentConfigurationId}/actions/changeCompartment
CreateLogSavedSearch POST /20200531/logSavedSearches
CreateUnifiedAgentConfiguration POST /20200531/unifiedAgentConfigurations
DeleteLogSavedSearch DELETE /20200531/logSavedSearches/{logSavedSearchId}
DeleteUnifiedAgentConfiguration DELETE /20200531/unifiedAgentConfigurations/{unifiedAgentConfigurationId}
DeleteWorkRequest DELETE /20200531/workRequests/{workRequestId}
GetLogSavedSearch GET /20200531/logSavedSearches/{logSavedSearchId}
GetUnifiedAgentConfiguration GET /20200531/unifiedAgentConfigurations/{unifiedAgentConfigurationId}
ListLogSavedSearches GET /20200531/logSavedSearches
ListServices GET /20200531/v2/registry/services
ListUnifiedAgentConfigurations GET /20200531/unifiedAgentConfigurations
UpdateLogSavedSearch PUT /20200531/logSavedSearches/{logSavedSearchId}
UpdateUnifiedAgentConfiguration PUT /20200531/unifiedAgentConfigurations/{unifiedAgentConfigurationId}
`;
