class ApplicationController < ActionController::Base
  skip_forgery_protection
  before_action { response.set_header("X-Served-By", Socket.gethostname) }
end
