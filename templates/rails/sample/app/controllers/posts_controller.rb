class PostsController < ApplicationController
  rescue_from Bucket::Failed do |error|
    logger.error(error.message)
    render plain: "The image store does not answer.\n", status: :bad_gateway
  end

  def index
    @posts = Post.order(id: :desc).limit(50)
    respond_to do |format|
      format.html
      format.json { render json: @posts.map { |post| describe(post) } }
    end
  end

  def create
    post = Post.new(title: text(:title), picture: params[:image])
    if post.save
      respond_to do |format|
        format.html { redirect_to root_path }
        format.json { render json: describe(post), status: :created }
      end
    else
      render json: { errors: post.errors }, status: :bad_request
    end
  end

  def image
    post = Post.find(params[:id])
    return head(:not_found) unless post.image_key

    response.set_header("Cache-Control", "private, max-age=86400")
    response.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
    send_data Bucket.get(post.image_key), type: post.image_type, disposition: "inline"
  end

  private

  def describe(post)
    { id: post.id, title: post.title, image: post.image_key && image_post_path(post) }
  end

  def text(name)
    value = params[name]
    value.is_a?(String) ? value.strip : ""
  end
end
