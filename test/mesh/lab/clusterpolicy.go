package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	engine "sigs.k8s.io/kube-network-policies/pkg/api"
	tiers "sigs.k8s.io/kube-network-policies/plugins/npa-v1alpha2"
	policyv1alpha2 "sigs.k8s.io/network-policy-api/apis/v1alpha2"
	"sigs.k8s.io/network-policy-api/pkg/client/clientset/versioned/fake"
	"sigs.k8s.io/network-policy-api/pkg/client/informers/externalversions"
)

// clusterPolicies are the ClusterNetworkPolicies of the Admin tier, by name. They are asked before NetworkPolicies are.
type clusterPolicies map[string]*policyv1alpha2.ClusterNetworkPolicy

func (d document) isClusterPolicy() bool {
	return d.obj.GroupVersionKind() == policyv1alpha2.SchemeGroupVersion.WithKind("ClusterNetworkPolicy")
}

func (c clusterPolicies) apply(d document) error {
	p := &policyv1alpha2.ClusterNetworkPolicy{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(d.obj.Object, p, true); err != nil {
		return err
	}
	if p.Spec.Tier != policyv1alpha2.AdminTier {
		return fmt.Errorf("tier %s: only policies of the Admin tier are judged", p.Spec.Tier)
	}
	c[p.Name] = p
	return nil
}

// evaluator is SIG Network's own, as of now.
func (c clusterPolicies) evaluator() (engine.PolicyEvaluator, error) {
	informer := externalversions.NewSharedInformerFactory(fake.NewSimpleClientset(), 0).Policy().V1alpha2().ClusterNetworkPolicies()
	for _, p := range c {
		if err := informer.Informer().GetIndexer().Add(p); err != nil {
			return nil, err
		}
	}
	return tiers.NewClusterNetworkPolicy(policyv1alpha2.AdminTier, informer, nil, nil), nil
}
