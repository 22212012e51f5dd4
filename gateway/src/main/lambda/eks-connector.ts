/** Lambda entry: registration of clusters outside AWS with Amazon EKS. */
import { EKSClient } from '@aws-sdk/client-eks';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { answerCustomResource, until } from '../../lambda/custom-resource.ts';
import type { CustomResource, CustomResourceEvent, LambdaContext } from '../../lambda/custom-resource.ts';
import { eksConnector, eksConnectorId } from '../../lambda/eks-connector.ts';

const [eks, secrets] = [new EKSClient(), new SecretsManagerClient()];

const resource: CustomResource = {
  idOf: eksConnectorId,
  work: (event, signal) => eksConnector(event, { eks: until(signal, eks), secrets: until(signal, secrets) }),
  leavesTraces: true,
};

export const handler = (event: CustomResourceEvent, context: LambdaContext) => answerCustomResource(event, resource, context);
