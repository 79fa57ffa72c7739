from storages.backends.s3 import S3Storage


class Uploads(S3Storage):
    location = "uploads"
    file_overwrite = False
    # People's files: shown by nobody's browser as a page.
    object_parameters = {"ContentDisposition": "attachment"}


class Static(S3Storage):
    location = "static"
