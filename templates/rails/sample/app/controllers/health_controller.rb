class HealthController < ApplicationController
  # Well when the database is: a machine that cannot reach it should get no visitors.
  def show
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.select_value("SELECT 1") }
    render json: { ok: true }
  rescue ActiveRecord::ActiveRecordError
    render json: { ok: false, database: "does not answer" }, status: :service_unavailable
  end

  # A write and a read through the database, taken back: it proves the whole way and leaves nothing.
  def proof
    read = nil
    Post.transaction do
      read = Post.where(id: Post.create!(title: "check").id).count
      raise ActiveRecord::Rollback
    end
    render json: { ok: read == 1 }
  rescue ActiveRecord::ActiveRecordError
    render json: { ok: false, database: "does not take a write" }, status: :service_unavailable
  end

  def live
    render json: { ok: true }
  end
end
