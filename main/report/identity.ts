export { carriesIdentity } from '../../models/identity.ts';
