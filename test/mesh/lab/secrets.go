package main

import (
	"slices"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	kubelib "istio.io/istio/pkg/kube"
)

const managed = "gateway.istio.io/managed"

// authorizeSecrets answers istiod when it asks who may list Secrets. The pods that istiod makes of a Gateway need a Role in the cluster;
// the others may, as Helm's chart of gateways lets them.
func (s *Scenario) authorizeSecrets(c kubelib.Client) {
	f := c.Kube().(*fake.Clientset)
	f.PrependReactor("create", "subjectaccessreviews", func(a clienttesting.Action) (bool, runtime.Object, error) {
		r := a.(clienttesting.CreateAction).GetObject().(*authorizationv1.SubjectAccessReview)
		allowed := !slices.ContainsFunc(s.Workloads, func(w Workload) bool {
			return w.Labels[managed] != "" && r.Spec.User == "system:serviceaccount:"+w.Namespace+":"+w.ServiceAccount
		}) || mayList(f.Tracker(), r.Spec.User, r.Spec.ResourceAttributes)
		return true, &authorizationv1.SubjectAccessReview{Status: authorizationv1.SubjectAccessReviewStatus{Allowed: allowed}}, nil
	})
}

// mayList reads the cluster's Roles and RoleBindings, from where a client that is busy answering can.
func mayList(t clienttesting.ObjectTracker, user string, asked *authorizationv1.ResourceAttributes) bool {
	list, err := t.List(rbacv1.SchemeGroupVersion.WithResource("rolebindings"), rbacv1.SchemeGroupVersion.WithKind("RoleBinding"), asked.Namespace, metav1.ListOptions{})
	if err != nil {
		return false
	}
	for _, b := range list.(*rbacv1.RoleBindingList).Items {
		role, err := t.Get(rbacv1.SchemeGroupVersion.WithResource("roles"), asked.Namespace, b.RoleRef.Name, metav1.GetOptions{})
		if err != nil || b.RoleRef.Kind != "Role" || !slices.ContainsFunc(b.Subjects, func(x rbacv1.Subject) bool {
			return x.Kind == "ServiceAccount" && user == "system:serviceaccount:"+x.Namespace+":"+x.Name
		}) {
			continue
		}
		if slices.ContainsFunc(role.(*rbacv1.Role).Rules, func(p rbacv1.PolicyRule) bool {
			return slices.Contains(p.Verbs, asked.Verb) && slices.Contains(p.Resources, asked.Resource) && len(p.ResourceNames) == 0
		}) {
			return true
		}
	}
	return false
}
