class ApplicationController < ActionController::Base
  # A form counts only with the token of its page. Programs that speak JSON have no page, and nobody is logged in.
  protect_from_forgery with: :exception, unless: -> { request.format.json? }
  before_action { response.set_header("X-Served-By", Socket.gethostname) }
end
