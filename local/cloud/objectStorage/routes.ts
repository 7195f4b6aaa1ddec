import { operation, type Service } from "../service";
import {
  createBucket,
  deleteBucket,
  getBucket,
  getNamespace,
  getNamespaceMetadata,
  headBucket,
  listBuckets,
  updateBucket,
} from "./buckets";
import { deleteLifecyclePolicy, getLifecyclePolicy, putLifecyclePolicy } from "./lifecyclePolicies";
import { notServed } from "./notServed";
import { deleteObject, getObject, headObject, listObjects, putObject, resetObjects } from "./objects";

const BUCKETS = "/n/:namespaceName/b";
const BUCKET = `${BUCKETS}/:bucketName`;
const LIFECYCLE = `${BUCKET}/l`;
// An object's name may hold slashes, encoded or not.
const OBJECT = `${BUCKET}/o/*`;

export const objectStorage: Service = {
  name: "objectstorage",
  operations: [
    operation("GetNamespace", "GET", "/n", getNamespace),
    operation("GetNamespaceMetadata", "GET", "/n/:namespaceName", getNamespaceMetadata),
    operation("CreateBucket", "POST", BUCKETS, createBucket),
    operation("ListBuckets", "GET", BUCKETS, listBuckets),
    operation("GetBucket", "GET", BUCKET, getBucket),
    operation("HeadBucket", "HEAD", BUCKET, headBucket),
    operation("UpdateBucket", "POST", BUCKET, updateBucket),
    operation("DeleteBucket", "DELETE", BUCKET, deleteBucket),
    operation("PutObjectLifecyclePolicy", "PUT", LIFECYCLE, putLifecyclePolicy),
    operation("GetObjectLifecyclePolicy", "GET", LIFECYCLE, getLifecyclePolicy),
    operation("DeleteObjectLifecyclePolicy", "DELETE", LIFECYCLE, deleteLifecyclePolicy),
    operation("ListObjects", "GET", `${BUCKET}/o`, listObjects),
    { ...operation("PutObject", "PUT", OBJECT, putObject), bodyNotSigned: true },
    operation("GetObject", "GET", OBJECT, getObject),
    operation("HeadObject", "HEAD", OBJECT, headObject),
    operation("DeleteObject", "DELETE", OBJECT, deleteObject),
  ],
  notServed,
  reset: resetObjects,
};
