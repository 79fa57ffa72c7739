require "json"
require "net/http"
require "openssl"

# Puts objects into one S3 bucket and gets them back, signed (Signature Version 4) with the keys of the environment or of
# the machine's own role. No gem: Debian has none for S3, and this is all that the application needs of it.
module Bucket
  class Failed < StandardError; end

  ROLE = "/latest/meta-data/iam/security-credentials/".freeze
  NETWORK = [SystemCallError, SocketError, IOError, Timeout::Error, OpenSSL::SSL::SSLError].freeze
  LOCK = Mutex.new

  module_function

  def there?
    ENV["S3_BUCKET"].present?
  end

  def put(key, body, type)
    send_signed(Net::HTTP::Put, key, body, "content-type" => type)
    nil
  end

  def get(key)
    send_signed(Net::HTTP::Get, key, "").body
  end

  # Whether it is there and lets this machine in.
  def look
    send_signed(Net::HTTP::Head, "", "")
    nil
  end

  # All may be repeated, and a fresh role takes some seconds until S3 knows it.
  def send_signed(verb, key, body, headers = {})
    tries ||= 0
    uri = address(key)
    request = verb.new(uri, sign(verb::METHOD, uri, body, headers))
    request.body = body if verb::REQUEST_HAS_BODY
    answer = exchange(uri, request)
    return answer if answer.is_a?(Net::HTTPSuccess)

    raise Failed, "#{verb::METHOD} #{uri}: #{answer.code} #{answer.body.to_s[%r{<Code>(\w+)</Code>}, 1]}"
  rescue Failed, *NETWORK => error
    retry if (tries += 1) < 3 && sleep(0.3 * tries)
    raise Failed, error.message
  end

  def address(key)
    bucket = ENV.fetch("S3_BUCKET")
    base = [ENV["AWS_ENDPOINT_URL_S3"], ENV["AWS_ENDPOINT_URL"]].find(&:present?)
    return URI("#{base.chomp("/")}/#{bucket}/#{key}") if base

    host = "s3.#{region}.amazonaws.com#{".cn" if region.start_with?("cn-")}"
    # A certificate for *.s3… does not cover a name with dots.
    URI(bucket.include?(".") ? "https://#{host}/#{bucket}/#{key}" : "https://#{bucket}.#{host}/#{key}")
  end

  def sign(method, uri, body, headers)
    keys = credentials
    now = Time.now.utc.strftime("%Y%m%dT%H%M%SZ")
    headers = headers.merge(
      "host" => uri.port == uri.default_port ? uri.host : "#{uri.host}:#{uri.port}",
      "x-amz-content-sha256" => OpenSSL::Digest::SHA256.hexdigest(body),
      "x-amz-date" => now
    )
    headers["x-amz-security-token"] = keys[:token] if keys[:token].present?
    names = headers.keys.sort
    lines = names.map { |name| "#{name}:#{headers[name].strip}\n" }.join
    canonical = [method, uri.path, "", lines, names.join(";"), headers["x-amz-content-sha256"]].join("\n")
    scope = "#{now[0, 8]}/#{region}/s3/aws4_request"
    text = ["AWS4-HMAC-SHA256", now, scope, OpenSSL::Digest::SHA256.hexdigest(canonical)].join("\n")
    key = scope.split("/").inject("AWS4#{keys[:secret]}") { |secret, part| OpenSSL::HMAC.digest("SHA256", secret, part) }
    signature = OpenSSL::HMAC.hexdigest("SHA256", key, text)
    headers.merge("authorization" => "AWS4-HMAC-SHA256 Credential=#{keys[:id]}/#{scope}, " \
                                     "SignedHeaders=#{names.join(";")}, Signature=#{signature}")
  end

  def credentials
    id = ENV["AWS_ACCESS_KEY_ID"]
    return { id: id, secret: ENV["AWS_SECRET_ACCESS_KEY"].to_s, token: ENV["AWS_SESSION_TOKEN"] } if id.present?

    LOCK.synchronize { @role = fetch_role if @role.nil? || @role[:until] < Time.now + 300 }
    @role
  end

  def fetch_role
    name = metadata(ROLE).lines.first.to_s.strip
    role = JSON.parse(metadata(ROLE + name))
    { id: role["AccessKeyId"], secret: role["SecretAccessKey"], token: role["Token"], until: Time.iso8601(role["Expiration"]) }
  rescue JSON::ParserError, ArgumentError
    raise Failed, "the machine's role gave no keys"
  end

  def region
    @region ||= ENV["AWS_REGION"].presence || metadata("/latest/meta-data/placement/region")
  end

  # The metadata service of the machine, version 2: a token first.
  def metadata(path)
    base = URI(ENV["AWS_EC2_METADATA_SERVICE_ENDPOINT"].presence || "http://169.254.169.254")
    asked = Net::HTTP::Put.new("/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds" => "300")
    token = exchange(base, asked)
    answer = exchange(base, Net::HTTP::Get.new(path, "x-aws-ec2-metadata-token" => token.body.to_s.strip))
    return answer.body if answer.is_a?(Net::HTTPSuccess)

    raise Failed, "the machine's metadata answered #{answer.code} to #{path}"
  end

  def exchange(uri, request)
    settings = { use_ssl: uri.scheme == "https", open_timeout: 5, read_timeout: 20 }
    Net::HTTP.start(uri.host, uri.port, nil, **settings) { |http| http.request(request) }
  end
end
