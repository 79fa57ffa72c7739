class HealthController < ApplicationController
  # Well when the database is: a machine that cannot reach it should get no visitors.
  def show
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value("SELECT 1") }
    render json: { ok: true }
  rescue ActiveRecord::ActiveRecordError
    render json: { ok: false, database: "does not answer" }, status: :service_unavailable
  end

  # A write and a read through the database, taken back, and a look at the bucket: it proves the whole way and leaves nothing.
  def proof
    read = nil
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      # A kept one lives on after a password or a security group has changed.
      connection.reconnect!
      Post.transaction do
        read = Post.where(id: Post.create!(title: "check").id).count
        raise ActiveRecord::Rollback
      end
    end
    Bucket.look if Bucket.there?
    render json: { ok: read == 1 }
  rescue ActiveRecord::ActiveRecordError => error
    logger.error(error.message)
    render json: { ok: false, database: "does not take a write" }, status: :service_unavailable
  rescue Bucket::Failed => error
    logger.error(error.message)
    render json: { ok: false, bucket: "does not answer" }, status: :service_unavailable
  end

  def live
    render json: { ok: true }
  end
end
