require_relative "boot"

require "logger"
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"

Bundler.require(*Rails.groups)

module Pictures
  class Application < Rails::Application
    config.load_defaults 6.1
    # The tables are made on the machines, where the application's own folder is not written to.
    config.active_record.dump_schema_after_migration = false
  end
end
