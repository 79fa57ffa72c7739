Rails.application.routes.draw do
  root "posts#index"
  resources :posts, only: [:index, :create] do
    get :image, on: :member
  end
  get "health", to: "health#show"
  get "health/live", to: "health#live"
  get "demo/check", to: "health#proof"
end
