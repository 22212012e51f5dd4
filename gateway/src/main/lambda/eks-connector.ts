/** Lambda entry: registration of clusters outside AWS with Amazon EKS. */
import { EKSClient } from '@aws-sdk/client-eks';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { answerCustomResource } from '../../lambda/custom-resource.ts';
import type { CustomResourceEvent } from '../../lambda/custom-resource.ts';
import { eksConnector } from '../../lambda/eks-connector.ts';

const clients = { eks: new EKSClient(), secrets: new SecretsManagerClient() };

export const handler = (event: CustomResourceEvent) => answerCustomResource(event, (request) => eksConnector(request, clients));
