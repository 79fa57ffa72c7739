from storages.backends.s3boto3 import S3Boto3Storage


class Uploads(S3Boto3Storage):
    location = "uploads"
    file_overwrite = False
    # People's files: shown by nobody's browser as a page.
    object_parameters = {"ContentDisposition": "attachment"}


class Static(S3Boto3Storage):
    location = "static"
