/** A cluster in Docker containers on one machine, to try EKS Anywhere without servers. */
import { App } from 'aws-cdk-lib';
import { DockerCluster, EksAnywhereKubernetesVersion } from 'cdk-hybridge';

const app = new App();

new DockerCluster(app, 'Laptop', {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
});

app.synth();
