/**
 * What the served kinds have and `kubernetes-types` does not say, one line per type, `field:type` each.
 * Types are Go's: `*` marks a field whose zero value means something (so `false`, `0` and `""` are kept),
 * a capitalised name is a named string, as the decoder's messages write it. `+` adds a field of v1.31 to v1.33, `-` takes one away, `!` marks a required one.
 * Everything else is plain: `string`, `int32` and `bool`, whose zero value is the same as none.
 * Source: the types of k8s.io/api v0.33.
 */
export const supplement = `
apps/v1.ControllerRevision revision:int64
apps/v1.RollingUpdateStatefulSetStrategy partition:*int32
apps/v1.StatefulSetCondition type:StatefulSetConditionType
apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:PersistentVolumeClaimRetentionPolicyType whenScaled:PersistentVolumeClaimRetentionPolicyType
apps/v1.StatefulSetSpec podManagementPolicy:PodManagementPolicyType replicas:*int32 revisionHistoryLimit:*int32
apps/v1.StatefulSetStatus collisionCount:*int32 observedGeneration:int64
apps/v1.StatefulSetUpdateStrategy type:StatefulSetUpdateStrategyType
authentication/v1.TokenRequestSpec expirationSeconds:*int64
coordination/v1.LeaseSpec holderIdentity:*string leaseDurationSeconds:*int32 leaseTransitions:*int32 +preferredHolder:*string +strategy:*CoordinatedLeaseStrategy
core/v1.AppArmorProfile localhostProfile:*string type:AppArmorProfileType
core/v1.AttachedVolume name:UniqueVolumeName
core/v1.AzureDiskVolumeSource cachingMode:*AzureDataDiskCachingMode fsType:*string kind:*AzureDataDiskKind readOnly:*bool
core/v1.AzureFilePersistentVolumeSource secretNamespace:*string
core/v1.CSIVolumeSource fsType:*string readOnly:*bool
core/v1.Capabilities add:[]Capability drop:[]Capability
core/v1.ClientIPConfig timeoutSeconds:*int32
core/v1.ClusterTrustBundleProjection name:*string optional:*bool signerName:*string
core/v1.ConfigMap immutable:*bool binaryData:map[string][]byte
core/v1.ConfigMapEnvSource optional:*bool
core/v1.ConfigMapKeySelector optional:*bool
core/v1.ConfigMapProjection optional:*bool
core/v1.ConfigMapVolumeSource defaultMode:*int32 optional:*bool
core/v1.Container imagePullPolicy:PullPolicy restartPolicy:*ContainerRestartPolicy terminationMessagePolicy:TerminationMessagePolicy
core/v1.ContainerImage sizeBytes:int64
core/v1.ContainerPort protocol:Protocol
core/v1.ContainerResizePolicy resourceName:ResourceName restartPolicy:ResourceResizeRestartPolicy
core/v1.ContainerStatus started:*bool +allocatedResourcesStatus:[]core/v1.ResourceStatus +stopSignal:*Signal +user:core/v1.ContainerUser
core/v1.ContainerUser +linux:core/v1.LinuxContainerUser
core/v1.DownwardAPIVolumeFile mode:*int32
core/v1.DownwardAPIVolumeSource defaultMode:*int32
core/v1.EmptyDirVolumeSource medium:StorageMedium
core/v1.EndpointAddress nodeName:*string
core/v1.EndpointPort appProtocol:*string protocol:Protocol
core/v1.EphemeralContainer imagePullPolicy:PullPolicy restartPolicy:*ContainerRestartPolicy terminationMessagePolicy:TerminationMessagePolicy
core/v1.FCVolumeSource lun:*int32
core/v1.GRPCAction service:*string
core/v1.GlusterfsPersistentVolumeSource endpointsNamespace:*string
core/v1.HTTPGetAction scheme:URIScheme
core/v1.HostPathVolumeSource type:*HostPathType
core/v1.ISCSIPersistentVolumeSource initiatorName:*string
core/v1.ISCSIVolumeSource initiatorName:*string
core/v1.ImageVolumeSource +pullPolicy:PullPolicy +reference:string
core/v1.KeyToPath mode:*int32
core/v1.Lifecycle +stopSignal:*Signal
core/v1.LimitRangeItem type:LimitType
core/v1.LinuxContainerUser +gid:!int64 +supplementalGroups:[]int64 +uid:!int64
core/v1.LoadBalancerIngress ipMode:*LoadBalancerIPMode
core/v1.LocalVolumeSource fsType:*string
core/v1.ModifyVolumeStatus status:PersistentVolumeClaimModifyVolumeStatus
core/v1.NamespaceCondition status:ConditionStatus type:NamespaceConditionType
core/v1.NamespaceSpec finalizers:[]FinalizerName
core/v1.NamespaceStatus phase:NamespacePhase
core/v1.NodeAddress type:NodeAddressType
core/v1.NodeCondition status:ConditionStatus type:NodeConditionType
core/v1.NodeFeatures +supplementalGroupsPolicy:*bool
core/v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:*bool +userNamespaces:*bool
core/v1.NodeSelectorRequirement operator:NodeSelectorOperator
core/v1.NodeStatus phase:NodePhase volumesInUse:[]UniqueVolumeName +features:core/v1.NodeFeatures
core/v1.NodeSwapStatus +capacity:*int64
core/v1.NodeSystemInfo +swap:core/v1.NodeSwapStatus
core/v1.PersistentVolumeClaimCondition status:ConditionStatus type:PersistentVolumeClaimConditionType
core/v1.PersistentVolumeClaimSpec accessModes:[]PersistentVolumeAccessMode storageClassName:*string volumeAttributesClassName:*string volumeMode:*PersistentVolumeMode
core/v1.PersistentVolumeClaimStatus accessModes:[]PersistentVolumeAccessMode currentVolumeAttributesClassName:*string phase:PersistentVolumeClaimPhase
core/v1.PersistentVolumeSpec accessModes:[]PersistentVolumeAccessMode persistentVolumeReclaimPolicy:PersistentVolumeReclaimPolicy volumeAttributesClassName:*string volumeMode:*PersistentVolumeMode
core/v1.PersistentVolumeStatus phase:PersistentVolumePhase
core/v1.PodCondition status:ConditionStatus type:PodConditionType +observedGeneration:int64
core/v1.PodDNSConfigOption value:*string
core/v1.PodOS name:OSName
core/v1.PodReadinessGate conditionType:PodConditionType
core/v1.PodResourceClaim -source +resourceClaimName:*string +resourceClaimTemplateName:*string
core/v1.PodResourceClaimStatus resourceClaimName:*string
core/v1.PodSecurityContext fsGroup:*int64 fsGroupChangePolicy:*PodFSGroupChangePolicy runAsGroup:*int64 runAsNonRoot:*bool runAsUser:*int64 supplementalGroups:[]int64 +seLinuxChangePolicy:*PodSELinuxChangePolicy +supplementalGroupsPolicy:*SupplementalGroupsPolicy
core/v1.PodSpec activeDeadlineSeconds:*int64 automountServiceAccountToken:*bool dnsPolicy:DNSPolicy enableServiceLinks:*bool hostUsers:*bool preemptionPolicy:*PreemptionPolicy priority:*int32 restartPolicy:RestartPolicy runtimeClassName:*string setHostnameAsFQDN:*bool shareProcessNamespace:*bool terminationGracePeriodSeconds:*int64 +resources:core/v1.ResourceRequirements
core/v1.PodStatus phase:PodPhase qosClass:PodQOSClass resize:PodResizeStatus +observedGeneration:int64
core/v1.PortStatus error:*string protocol:Protocol
core/v1.Probe terminationGracePeriodSeconds:*int64
core/v1.ProjectedVolumeSource defaultMode:*int32
core/v1.ResourceClaim +request:string
core/v1.ResourceHealth +health:ResourceHealthStatus +resourceID:!string
core/v1.ResourceQuotaSpec scopes:[]ResourceQuotaScope
core/v1.ResourceStatus +name:!ResourceName +resources:[]core/v1.ResourceHealth
core/v1.ScopedResourceSelectorRequirement operator:ScopeSelectorOperator scopeName:ResourceQuotaScope
core/v1.SeccompProfile localhostProfile:*string type:SeccompProfileType
core/v1.Secret immutable:*bool type:SecretType data:map[string][]byte
core/v1.SecretEnvSource optional:*bool
core/v1.SecretKeySelector optional:*bool
core/v1.SecretProjection optional:*bool
core/v1.SecretVolumeSource defaultMode:*int32 optional:*bool
core/v1.SecurityContext allowPrivilegeEscalation:*bool privileged:*bool procMount:*ProcMountType readOnlyRootFilesystem:*bool runAsGroup:*int64 runAsNonRoot:*bool runAsUser:*int64
core/v1.ServiceAccount automountServiceAccountToken:*bool
core/v1.ServiceAccountTokenProjection expirationSeconds:*int64
core/v1.ServicePort appProtocol:*string protocol:Protocol
core/v1.ServiceSpec allocateLoadBalancerNodePorts:*bool externalTrafficPolicy:ServiceExternalTrafficPolicy internalTrafficPolicy:*ServiceInternalTrafficPolicy ipFamilies:[]IPFamily ipFamilyPolicy:*IPFamilyPolicy loadBalancerClass:*string sessionAffinity:ServiceAffinity trafficDistribution:*string type:ServiceType
core/v1.SleepAction seconds:int64
core/v1.Taint effect:TaintEffect
core/v1.Toleration effect:TaintEffect operator:TolerationOperator tolerationSeconds:*int64
core/v1.TopologySpreadConstraint minDomains:*int32 nodeAffinityPolicy:*NodeInclusionPolicy nodeTaintsPolicy:*NodeInclusionPolicy whenUnsatisfiable:UnsatisfiableConstraintAction
core/v1.TypedLocalObjectReference apiGroup:*string
core/v1.TypedObjectReference apiGroup:*string namespace:*string
core/v1.Volume +image:core/v1.ImageVolumeSource
core/v1.VolumeMount mountPropagation:*MountPropagationMode recursiveReadOnly:*RecursiveReadOnlyMode
core/v1.VolumeMountStatus recursiveReadOnly:*RecursiveReadOnlyMode
core/v1.WindowsSecurityContextOptions gmsaCredentialSpec:*string gmsaCredentialSpecName:*string hostProcess:*bool runAsUserName:*string
discovery/v1.Endpoint hostname:*string nodeName:*string zone:*string
discovery/v1.EndpointConditions ready:*bool serving:*bool terminating:*bool
discovery/v1.EndpointHints +forNodes:[]discovery/v1.ForNode
discovery/v1.EndpointPort appProtocol:*string name:*string port:*int32 protocol:*Protocol
discovery/v1.EndpointSlice addressType:AddressType
discovery/v1.ForNode +name:!string
meta/v1.Condition observedGeneration:int64 status:ConditionStatus
meta/v1.DeleteOptions gracePeriodSeconds:*int64 orphanDependents:*bool propagationPolicy:*DeletionPropagation +ignoreStoreReadErrorWithClusterBreakingPotential:*bool
meta/v1.LabelSelectorRequirement operator:LabelSelectorOperator
meta/v1.ListMeta remainingItemCount:*int64
meta/v1.ManagedFieldsEntry operation:ManagedFieldsOperationType
meta/v1.ObjectMeta deletionGracePeriodSeconds:*int64 generation:int64
meta/v1.OwnerReference blockOwnerDeletion:*bool controller:*bool
meta/v1.Preconditions resourceVersion:*string uid:*string
meta/v1.Status reason:StatusReason
meta/v1.StatusCause reason:CauseType
snapshot/v1.VolumeSnapshotContentSource snapshotHandle:*string volumeHandle:*string
snapshot/v1.VolumeSnapshotContentSpec deletionPolicy:DeletionPolicy sourceVolumeMode:*string volumeSnapshotClassName:*string
snapshot/v1.VolumeSnapshotContentStatus creationTime:*int64 readyToUse:*bool restoreSize:*int64 snapshotHandle:*string volumeGroupSnapshotHandle:*string
snapshot/v1.VolumeSnapshotClass deletionPolicy:DeletionPolicy
snapshot/v1.VolumeSnapshotError message:*string
snapshot/v1.VolumeSnapshotSource persistentVolumeClaimName:*string volumeSnapshotContentName:*string
snapshot/v1.VolumeSnapshotSpec volumeSnapshotClassName:*string
snapshot/v1.VolumeSnapshotStatus boundVolumeSnapshotContentName:*string readyToUse:*bool volumeGroupSnapshotName:*string
storage/v1.StorageClass allowVolumeExpansion:*bool reclaimPolicy:*PersistentVolumeReclaimPolicy volumeBindingMode:*VolumeBindingMode
`;
