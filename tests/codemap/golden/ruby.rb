require 'json'
require_relative "stock/shelf"

module Farm
  # One order.
  # gf: data_contracts.entities.Order
  class Order < Base::Record
    include Sized
    attr_accessor :number, :lines
    LIMIT = 3
    @@count = 0

    def initialize(number, note = nil, *rest, paid:, due: 1, **more, &block)
      super
      @number = number
      @stock = Shelf.new(1)
    end

    def self.make(x) = new(x)

    def total
      if ready?
        warn_all()
      elsif odd
        log()
      else
        skip!
      end
      @lines.each { |line| line.price }
      while more() do step() end
      begin
        open()
      rescue Busy => e
        retry_it(e)
      else
        fine()
      ensure
        close()
      end
      case kind()
      when 1 then one()
      else other()
      end
      return 0 unless go()
      ready() && act()
      @stock&.fill
      yield 1
    end

    private

    def hidden; end

    class << self
      def shared; end
    end
  end
end

class Farm::Late
  private def own; end
end

get '/orders', to: 'orders#index'
