class CreatePosts < ActiveRecord::Migration[6.1]
  def change
    create_table :posts do |t|
      t.string :title, null: false, limit: 100
      t.string :image_key
      t.string :image_type
      t.timestamps
    end
  end
end
