/** Wire fields of the other groups' messages. Source: the `generated.proto` of each group's v1. The notation is explained in `messages.ts`. */
export const groupFields: string = `
BoundObjectReference: 1 kind string, 2 apiVersion string, 3 name string, 4 uid string
ControllerRevision: 1 metadata ObjectMeta, 2 data RawExtension, 3 revision int?
Endpoint: 1 addresses []string, 2 conditions EndpointConditions, 3 hostname string?, 4 targetRef ObjectReference, 5 deprecatedTopology {}string, 6 nodeName string?, 7 zone string?, 8 hints EndpointHints
EndpointConditions: 1 ready bool?, 2 serving bool?, 3 terminating bool?
EndpointHints: 1 forZones []ForZone, 2 forNodes []ForNode
EndpointSlicePort: 1 name string?, 2 protocol string?, 3 port int?, 4 appProtocol string?
EndpointSlice: 1 metadata ObjectMeta, 2 endpoints []Endpoint, 3 ports []EndpointSlicePort, 4 addressType string?
FieldSelectorAttributes: 1 rawSelector string, 2 requirements []FieldSelectorRequirement
ForNode: 1 name string?
ForZone: 1 name string?
LabelSelectorAttributes: 1 rawSelector string, 2 requirements []LabelSelectorRequirement
Lease: 1 metadata ObjectMeta, 2 spec LeaseSpec
LeaseSpec: 1 holderIdentity string?, 2 leaseDurationSeconds int?, 3 acquireTime MicroTime, 4 renewTime MicroTime, 5 leaseTransitions int?, 6 strategy string?, 7 preferredHolder string?
LocalSubjectAccessReview: 1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec, 3 status SubjectAccessReviewStatus
NonResourceAttributes: 1 path string, 2 verb string
NonResourceRule: 1 verbs []string, 2 nonResourceURLs []string
ResourceAttributes: 1 namespace string, 2 verb string, 3 group string, 4 version string, 5 resource string, 6 subresource string, 7 name string, 8 fieldSelector FieldSelectorAttributes, 9 labelSelector LabelSelectorAttributes
ResourceRule: 1 verbs []string, 2 apiGroups []string, 3 resources []string, 4 resourceNames []string
RollingUpdateStatefulSetStrategy: 1 partition int?, 2 maxUnavailable IntOrString
Scale: 1 metadata ObjectMeta, 2 spec ScaleSpec, 3 status ScaleStatus
ScaleSpec: 1 replicas int
ScaleStatus: 1 replicas int?, 2 selector string
SelfSubjectAccessReview: 1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec, 3 status SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes
SelfSubjectReview: 1 metadata ObjectMeta, 2 status SelfSubjectReviewStatus
SelfSubjectReviewStatus: 1 userInfo UserInfo
SelfSubjectRulesReview: 1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec, 3 status SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec: 1 namespace string
StatefulSet: 1 metadata ObjectMeta, 2 spec StatefulSetSpec, 3 status StatefulSetStatus
StatefulSetCondition: 1 type string?, 2 status string?, 3 lastTransitionTime Time, 4 reason string, 5 message string
StatefulSetOrdinals: 1 start int?
StatefulSetPersistentVolumeClaimRetentionPolicy: 1 whenDeleted string, 2 whenScaled string
StatefulSetSpec: 1 replicas int?, 2 selector LabelSelector, 3 template PodTemplateSpec, 4 volumeClaimTemplates []PersistentVolumeClaim, 5 serviceName string?, 6 podManagementPolicy string, 7 updateStrategy StatefulSetUpdateStrategy, 8 revisionHistoryLimit int?, 9 minReadySeconds int, 10 persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy, 11 ordinals StatefulSetOrdinals
StatefulSetStatus: 1 observedGeneration int, 2 replicas int?, 3 readyReplicas int, 4 currentReplicas int, 5 updatedReplicas int, 6 currentRevision string, 7 updateRevision string, 9 collisionCount int?, 10 conditions []StatefulSetCondition, 11 availableReplicas int?
StatefulSetUpdateStrategy: 1 type string, 2 rollingUpdate RollingUpdateStatefulSetStrategy
StorageClass: 1 metadata ObjectMeta, 2 provisioner string?, 3 parameters {}string, 4 reclaimPolicy string?, 5 mountOptions []string, 6 allowVolumeExpansion bool?, 7 volumeBindingMode string?, 8 allowedTopologies []TopologySelectorTerm
SubjectAccessReview: 1 metadata ObjectMeta, 2 spec SubjectAccessReviewSpec, 3 status SubjectAccessReviewStatus
SubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes, 3 user string, 4 groups []string, 5 extra {}ExtraValue, 6 uid string
SubjectAccessReviewStatus: 1 allowed bool?, 2 reason string, 3 evaluationError string, 4 denied bool
SubjectRulesReviewStatus: 1 resourceRules []ResourceRule, 2 nonResourceRules []NonResourceRule, 3 incomplete bool?, 4 evaluationError string
TokenRequest: 1 metadata ObjectMeta, 2 spec TokenRequestSpec, 3 status TokenRequestStatus
TokenRequestSpec: 1 audiences []string, 3 boundObjectRef BoundObjectReference, 4 expirationSeconds int?
TokenRequestStatus: 1 token string?, 2 expirationTimestamp Time
TokenReview: 1 metadata ObjectMeta, 2 spec TokenReviewSpec, 3 status TokenReviewStatus
TokenReviewSpec: 1 token string, 2 audiences []string
TokenReviewStatus: 1 authenticated bool, 2 user UserInfo, 3 error string, 4 audiences []string
UserInfo: 1 username string, 2 uid string, 3 groups []string, 4 extra {}ExtraValue
`;
