# Renders a template as Foreman's webhooks plugin does, with stand-ins for what Foreman knows: foreman.rb TEMPLATE JSON
require 'erb'
require 'json'
require 'ostruct'

# What the plugin offers to a template, with the same words and the same answer.
class Scope
  def initialize(object)
    @object = object
  end

  def payload(hash, with_defaults: true)
    hash.merge!(event_name: 'x', webhook_id: 1, context: { user: 'hunter2' }) if with_defaults
    hash.to_json
  end

  def render(template)
    ERB.new(template, trim_mode: '-').result(binding)
  end
end

known = JSON.parse(ARGV[1], object_class: OpenStruct)
params = known.host&.params
known.host.params = params.to_h.transform_keys(&:to_s) if params
print Scope.new(known).render(File.read(ARGV[0]))
