# A title and, if there is one, a picture: the row is here, the bytes are in the bucket.
class Post < ApplicationRecord
  LIMIT = 5.megabytes
  # What a file is, is told by its first bytes and not by its sender.
  TYPES = {
    "image/png" => /\A\x89PNG\r\n\x1a\n/n,
    "image/jpeg" => /\A\xff\xd8\xff/n,
    "image/gif" => /\AGIF8[79]a/n,
    "image/webp" => /\ARIFF....WEBP/mn,
  }.freeze

  attr_reader :picture

  validates :title, presence: true, length: { maximum: 100 }
  validate :picture_is_an_image
  before_create :keep_picture

  def picture=(upload)
    @picture = upload.respond_to?(:read) ? upload.read(LIMIT + 1).to_s.b : upload.presence&.to_s
  end

  private

  def picture_is_an_image
    return if picture.nil?

    self.image_type = TYPES.find { |_, start| start.match?(picture.b) }&.first
    errors.add(:image, "must be a PNG, JPEG, GIF or WebP file") unless image_type
    errors.add(:image, "must have at most 5 MB") if picture.bytesize > LIMIT
    errors.add(:image, "cannot be kept: there is no bucket") unless Bucket.there?
  end

  def keep_picture
    return unless picture

    self.image_key = "images/#{SecureRandom.hex(16)}"
    Bucket.put(image_key, picture, image_type)
  end
end
